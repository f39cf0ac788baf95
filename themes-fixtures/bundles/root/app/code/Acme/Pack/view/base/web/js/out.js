var o = "oooooooooo";
