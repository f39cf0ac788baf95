var config = {
    map: {
        "*": {
            front: "Acme_One/js/front"
        }
    }
};
