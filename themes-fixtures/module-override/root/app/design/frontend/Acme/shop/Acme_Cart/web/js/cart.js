var cart = "theme";
