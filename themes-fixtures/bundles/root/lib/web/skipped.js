var s = "ssssssssss";
