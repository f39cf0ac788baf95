window.overridden = "library";
