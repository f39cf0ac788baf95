var b = "adminhtml";
