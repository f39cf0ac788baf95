window.overridden = "leaf";
