window.pair = "plain";
