"""The scrutineer's challenges: asked, replied to, asked again and closed, with every step kept."""
