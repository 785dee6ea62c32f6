<% macro item(text) %>[<< text >> of << name >>]<% endmacro %>
