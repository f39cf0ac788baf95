var cart = "module";
