var t = "tttttttttttttttttttt";
