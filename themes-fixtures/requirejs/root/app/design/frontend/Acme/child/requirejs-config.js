var config = {
    deps: ['child']
};
