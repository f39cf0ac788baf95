var x = "never";
