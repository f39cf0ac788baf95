window.onlyBase = "base";
