var d = "frontend only";
