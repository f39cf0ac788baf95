window.two = "module";
