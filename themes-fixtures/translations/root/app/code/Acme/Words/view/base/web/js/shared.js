$.mage.__('Shared');
