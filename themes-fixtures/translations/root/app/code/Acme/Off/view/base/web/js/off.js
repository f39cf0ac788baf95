$t('Of a disabled module');
