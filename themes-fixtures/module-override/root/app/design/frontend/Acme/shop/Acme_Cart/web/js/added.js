var added = "theme";
