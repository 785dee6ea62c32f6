<% if false %>never<% endif %>

