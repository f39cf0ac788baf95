window.german = true;
