from django.urls import path

from siyu.faces import joining, sign_in

urlpatterns = [
    path("", sign_in.home, name="home"),
    path("sign-in", sign_in.password, name="sign-in"),
    path("sign-out", sign_in.sign_out, name="sign-out"),
    path("link/<str:token>", sign_in.link, name="link"),
    path("join/<str:code>", joining.join, name="join"),
    path("program", sign_in.program, name="program"),
    path("language", sign_in.language, name="language"),
]
