var a = "frontend";
