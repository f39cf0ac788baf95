var where = "leaf";
