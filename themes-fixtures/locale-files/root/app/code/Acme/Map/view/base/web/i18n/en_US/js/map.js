var map = "en map";
