registry.category("web_tour.tours").add("support_portal", {
    steps: () => [],
});
registry.category("web_tour.tours").add("support_other", { steps: () => [] });
