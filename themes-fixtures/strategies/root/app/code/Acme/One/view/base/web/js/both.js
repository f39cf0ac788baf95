window.both = "base";
