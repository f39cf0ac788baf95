var lib = 1; // a comment
