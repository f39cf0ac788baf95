var config = {
    deps: ['off']
};
