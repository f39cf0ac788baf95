var level = 2;
