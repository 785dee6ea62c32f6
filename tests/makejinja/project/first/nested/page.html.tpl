<% import "macros.partial.tpl" as m %>
<% include "nested/part.partial.tpl" %>
<< m.item(page) >>
%% for host in hosts
<% if loop.index == 3 %><% break %><% endif %>
- << loop.index >> << host >> ## a comment
%% endfor
<# gone #>
<% set found = [] %><% do found.append(name) %><< found >>
