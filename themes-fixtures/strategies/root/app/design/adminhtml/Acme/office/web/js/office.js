window.office = true;
