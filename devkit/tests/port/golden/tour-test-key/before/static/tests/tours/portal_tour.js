registry.category("web_tour.tours").add("support_portal", {
    test: true,
    steps: () => [],
});
registry.category("web_tour.tours").add("support_other", { test: true, steps: () => [] });
