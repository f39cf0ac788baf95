var x = "On";
