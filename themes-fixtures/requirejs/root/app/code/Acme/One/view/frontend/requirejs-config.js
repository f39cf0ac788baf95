var config = {
    config: { mixins: { 'Acme_Two/js/two': { 'Acme_One/js/mixin': true } } }
};
