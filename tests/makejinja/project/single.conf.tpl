single << hosts | join("+") >>
