var b = "base";
