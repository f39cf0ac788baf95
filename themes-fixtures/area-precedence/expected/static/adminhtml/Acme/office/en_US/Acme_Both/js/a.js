var a = "base";
