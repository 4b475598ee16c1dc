"""What the SDKs can ask for that localmux does not have: 404, as Mux answers an unknown path."""

from localmux.api.labels import Label, absent

# By the beginning of the path, with the classes of mux-python that ask for it.
ABSENT: dict[str, Label] = {
    "/data/v1/": absent("Mux Data: views, metrics, monitoring, annotations, errors, incidents"),
    "/video/v1/drm-configurations": absent("no DRM"),
    "/video/v1/transcription-vocabularies": absent("no speech is recognised"),
    "/video/v1/spaces": absent("Mux has ended this product"),
    "/video/v1/web-inputs": absent("Mux has ended this product"),
    "/robots/v0/": absent("no understanding of what is shown"),
}
