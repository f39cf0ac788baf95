var kept = "module";
