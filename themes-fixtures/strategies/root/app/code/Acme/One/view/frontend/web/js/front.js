window.front = "module";
