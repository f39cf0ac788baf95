var where = "base";
