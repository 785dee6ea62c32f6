part of << site.title >>
