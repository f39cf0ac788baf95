window.both = "frontend";
