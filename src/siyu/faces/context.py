def siyu(request): return {}
