window.onlyBase = "Basis";
