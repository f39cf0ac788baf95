var config = {
    map: { '*': { two: 'Acme_Two/js/two' } }
};
