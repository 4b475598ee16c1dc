"""An asset's media: examining its source, and making segments and images with ffmpeg."""
