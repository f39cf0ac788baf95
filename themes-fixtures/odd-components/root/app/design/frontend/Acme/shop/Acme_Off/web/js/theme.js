var t = 1;
