var c = "base";
