var x = "Off";
