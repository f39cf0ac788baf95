var level = 1;
