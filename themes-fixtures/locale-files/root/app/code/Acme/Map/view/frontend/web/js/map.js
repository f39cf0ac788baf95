var map = "map";
